mod debian/clever_sso.ini
