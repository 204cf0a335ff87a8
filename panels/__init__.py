"""Docks, dialogs and the options page: view, Qt model and presenter apart."""
