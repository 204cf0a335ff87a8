"""Sample, verdict, reports and signature of a lot."""
