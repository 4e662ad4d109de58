"""What each event seemed to do, what comes if one changes, and
what nobody wrote down. Associations, all of it.
"""
