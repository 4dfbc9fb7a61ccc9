# A region that failed twice is answered with 429: that is no third failure, and one
# of another region beside it is no row. It is noted once it is over.
14:00-14:01 amber tools-list eu
14:02 amber tools-list eu us agree=1 limited=eu
14:03-14:08 green
expect:
14:03 anomaly_logged P3 since=14:00 regions=eu,us
