import HTTPTypes
import Ledger
import Model
import RabbitMQ

/// Whether this engine can do its work: the ledger answers and has a version that it knows.
///
/// Without the broker it is ready all the same, because it accepts work into the outbox; it says so.
struct Readiness: Sendable {
    let ledger: Ledger
    let broker: BrokerWatch

    func answer() async throws -> Answer {
        try await ledger.checkVersion()
        var members: [String: JSONValue] = ["status": .string("ready"), "ledger": .string("reachable")]
        members.merge(brokerMembers) { $1 }
        return Answer(.ok, json: .object(members))
    }

    private var brokerMembers: [String: JSONValue] {
        switch broker.state {
        case .connected: ["broker": .string("connected")]
        case .blocked(let reason):
            ["broker": .string("blocked"), "brokerDetail": .string(reason + "; work is accepted and waits")]
        case .disconnected(let error):
            ["broker": .string("away"), "brokerDetail": .string(error.message + " Work is accepted and waits.")]
        case nil: ["broker": .string("away"), "brokerDetail": .string("It is being connected. Work is accepted and waits.")]
        }
    }
}
