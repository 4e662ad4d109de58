"""arima"""
