"""Shops on django-oscar, over the admin API of oscarapi."""
