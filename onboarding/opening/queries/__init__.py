"""Reading account opening: who can be asked for, how far it is, what is to be done."""
