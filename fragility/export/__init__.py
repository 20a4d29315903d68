"""What élus, planners and analysts open."""
