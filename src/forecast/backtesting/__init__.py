"""backtesting"""
