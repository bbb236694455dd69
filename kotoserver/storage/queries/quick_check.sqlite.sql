-- Whether the file is whole: `ok`, or a line for each thing that is wrong.
PRAGMA quick_check
