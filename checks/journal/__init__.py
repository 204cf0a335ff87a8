"""Decisions that cannot be lost and cannot be changed unseen.

``tree`` proves that an event is in the log, ``lifecycle`` says what may follow what, ``events``
is one entry, ``state`` what all of them come to, ``journal`` keeps them in the file of findings,
``audit`` finds what was tampered with, ``merge`` brings two copies together.
"""
