"""A Dagster that keeps nothing: it runs, tells who listens, and forgets."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
from dagster._core.event_api import EventRecordsResult
from dagster._core.instance.types import InstanceType
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.run_coordinator import DefaultRunCoordinator
from dagster._core.storage.event_log import InMemoryEventLogStorage
from dagster._core.storage.event_log.base import AssetRecord, AssetRecordsFilter
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.root import TemporaryLocalArtifactStorage
from dagster._core.storage.runs import InMemoryRunStorage


class ForgetfulEventLog(InMemoryEventLogStorage):
    """An event log without events.

    Dagster writes each of the thousand events of a run in SQL and reads there which version of its
    inputs a step has: a fifth of a short run. Results are stamped by `versions.py` instead, and
    whoever follows the run gets every event from the instance (`add_event_listener`).
    """

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Forget it."""

    def get_asset_records(
        self, asset_keys: Sequence[dg.AssetKey] | None = None
    ) -> Sequence[AssetRecord]:
        """None: no asset was ever made."""
        return []

    def fetch_materializations(
        self,
        records_filter: dg.AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecordsResult:
        """None, for the same reason."""
        return EventRecordsResult([], cursor=cursor or "", has_more=False)

    fetch_observations = fetch_materializations


def quiet_instance() -> dg.DagsterInstance:
    """A Dagster that keeps nothing, and its event log off the user's screen."""
    return dg.DagsterInstance(
        instance_type=InstanceType.EPHEMERAL,
        local_artifact_storage=TemporaryLocalArtifactStorage(),
        run_storage=InMemoryRunStorage(),
        event_storage=ForgetfulEventLog(),
        compute_log_manager=NoOpComputeLogManager(),
        run_coordinator=DefaultRunCoordinator(),
        run_launcher=SyncInMemoryRunLauncher(),
        settings={"python_logs": {"python_log_level": "CRITICAL"}},
    )
