"""The commands of `kotoserver`, one file for each subject."""
