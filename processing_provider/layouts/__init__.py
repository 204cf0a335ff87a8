"""Printed reports: QGIS layouts from templates that a person can change, filled and paged.

An algorithm gathers what is to be said in its own thread, draws its maps there, and asks the main
thread for nothing but a page at a time: layouts live where windows live.
"""
