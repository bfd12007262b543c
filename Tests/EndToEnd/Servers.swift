import Foundation

/// The real servers that `ops/test` started for the tests.
struct Servers {
    var database: URLComponents
    var broker: URLComponents
    var brokerAdministration: URLComponents
    var dockerSocket: String

    static func fromEnvironment() throws -> Servers {
        let docker = try variable("CONTINUO_TEST_DOCKER_HOST")
        guard docker.hasPrefix("unix://") else {
            throw Failure("CONTINUO_TEST_DOCKER_HOST must be unix:///path, and is \(docker)")
        }
        return Servers(
            database: try address("CONTINUO_TEST_DATABASE_URL"), broker: try address("CONTINUO_TEST_AMQP_URL"),
            brokerAdministration: try address("CONTINUO_TEST_AMQP_ADMIN_URL"),
            dockerSocket: String(docker.dropFirst("unix://".count)))
    }

    private static func variable(_ name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name] else {
            throw Failure("\(name) is not set: run these tests by `ops/test e2e`, which starts the servers they need")
        }
        return value
    }

    private static func address(_ name: String) throws -> URLComponents {
        guard let components = URLComponents(string: try variable(name)) else { throw Failure("\(name) is no URL") }
        return components
    }
}

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
