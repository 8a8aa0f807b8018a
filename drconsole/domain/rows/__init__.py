"""The rows of the truth table (rules, section 3), one function each."""
