"""What a real PowerShell answered, and how the evaluator is asked the same."""
