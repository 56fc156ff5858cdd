"""Tests of the analysis on the real files; run `python -m unittest` in the folder above."""
