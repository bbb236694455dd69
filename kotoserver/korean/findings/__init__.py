"""What a rule proves: codes, findings, a text under repair, and the corrected sentence."""
