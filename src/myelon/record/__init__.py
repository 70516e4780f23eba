"""What happened to one patient: entries with uncertain time, statements with their source, findings."""
