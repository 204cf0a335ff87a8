"""Decisions that cannot be lost and cannot be changed unseen.

``lifecycle`` says what may follow what, ``events`` is one entry, ``state`` what all of them come
to, ``journal`` keeps them in the file of findings, ``audit`` finds what was tampered with,
``merge`` brings two copies together. The tree over the log is that of ``seal``.
"""
