/// `HealthConfig` of the API, of containers and of services' containers; times in nanoseconds. Keys get their capital first letter
/// when it is encoded.
package struct Healthcheck: Encodable {
    var test: [String]
    var interval: Int
    var timeout: Int
    var startPeriod: Int
    var retries = 3

    package init(test: [String], interval: Int, timeout: Int, startPeriod: Int) {
        self.test = test
        self.interval = interval
        self.timeout = timeout
        self.startPeriod = startPeriod
    }
}
