"""Recognise a file by what it holds: a user's own release needs no code.

`look` sees what a file is made of, `families` says what each source's files look like, `recognise`
puts the two together. Nothing here reads figures: that is the readers' work.
"""
