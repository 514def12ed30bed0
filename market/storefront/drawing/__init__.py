"""What is drawn: the small map, QR codes, share cards, posters and labels. Facts in, bytes or markup out; pure."""
