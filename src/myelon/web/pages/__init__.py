"""One module per place in the navigation: Cases, Board, Cohorts, Library, Quality, Admin."""
