"""Patients in numbers: estimators and tests on one grouped event table: summarise a site, merge, solve."""
