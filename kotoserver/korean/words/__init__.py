"""What is known of Korean words whatever the sentence: closed classes, stems, numbers, what they are about."""
