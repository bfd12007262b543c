package import Foundation

/// The real servers that `ops/test` started for the tests.
package struct Servers: Sendable {
    package var database: URLComponents
    package var broker: URLComponents
    package var brokerAdministration: URLComponents

    package init(database: String, broker: String, brokerAdministration: String) throws {
        self.database = try Self.address(database)
        self.broker = try Self.address(broker)
        self.brokerAdministration = try Self.address(brokerAdministration)
    }

    package static func fromEnvironment() throws -> Servers {
        try Servers(
            database: variable("CONTINUO_TEST_DATABASE_URL"), broker: variable("CONTINUO_TEST_AMQP_URL"),
            brokerAdministration: variable("CONTINUO_TEST_AMQP_ADMIN_URL"))
    }

    /// The socket of the Docker that `ops/test` found or started.
    package static func dockerSocket() throws -> String {
        let docker = try variable("CONTINUO_TEST_DOCKER_HOST")
        guard docker.hasPrefix("unix://") else {
            throw Failure("CONTINUO_TEST_DOCKER_HOST must be unix:///path, and is \(docker)")
        }
        return String(docker.dropFirst("unix://".count))
    }

    private static func variable(_ name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name] else {
            throw Failure("\(name) is not set: run these tests by `ops/test`, which starts the servers they need")
        }
        return value
    }

    private static func address(_ url: String) throws -> URLComponents {
        guard let components = URLComponents(string: url) else { throw Failure("a server's address is no URL") }
        return components
    }
}

/// Why a test cannot go on.
package struct Failure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
