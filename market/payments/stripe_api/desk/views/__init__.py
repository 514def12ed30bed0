"""Connected applications: the owner's pages and the accountant's."""
