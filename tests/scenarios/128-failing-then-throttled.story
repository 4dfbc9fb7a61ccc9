# A region that failed twice is answered with 429: that is no third failure, and one
# of another region beside it is no row.
14:00-14:01 amber tools-list eu
14:02 amber tools-list eu us agree=1 limited=eu
14:03-14:08 green
expect:
