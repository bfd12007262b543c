import Curl
import Drivers
package import Model

extension Daemon {
    /// Asks for a network with one subnet; what the daemon makes of it is the caller's to judge.
    package func createNetwork(
        _ name: String, driver: String, subnet: Subnet, gateway: String, labels: [String: String]
    ) async throws(WorkError) -> Answer {
        try await call(
            "POST", "/networks/create",
            json: NetworkSpec(
                name: name, driver: driver, labels: labels,
                addresses: .init(config: [.init(subnet: subnet.description, gateway: gateway)])))
    }

    /// The name of a network, whoever's it is, that overlaps `subnet` and has another name than `name`.
    package func rival(of name: String, in subnet: Subnet) async throws(WorkError) -> String? {
        let all = try await call("GET", "/networks").decode([NetworkDetails].self, "listing networks")
        return all.first { $0.name != name && $0.subnets.contains { $0.overlaps(subnet) } }?.name
    }
}

/// The body of `POST /networks/create`.
private struct NetworkSpec: Encodable {
    var name: String
    var checkDuplicate = true
    var driver: String
    var labels: [String: String]
    var addresses: Addresses

    struct Addresses: Encodable {
        var config: [Pool]

        enum CodingKeys: String, CodingKey { case config = "Config" }
    }

    struct Pool: Encodable {
        var subnet: String
        var gateway: String
    }

    enum CodingKeys: String, CodingKey {
        case name, checkDuplicate, driver, labels
        case addresses = "IPAM"
    }
}
