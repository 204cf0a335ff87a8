"""Sampling, scoring and accuracy: how a lot is accepted on a part of it.

``plan`` says how many units, ``draw`` which ones, ``scoring`` what their errors are worth and
what becomes of the lot, ``accuracy`` what the sample says about all of it, ``agreement`` how far
two people see the same.
"""
