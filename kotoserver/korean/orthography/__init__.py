"""How it is written: spelling, forms of particles and endings, spaces, words of other scripts."""
