import Foundation
import Glibc
import Model
import Programs
import Testing

/// The broker is short of memory or disk, and takes no messages (https://www.rabbitmq.com/alarms.html).
@Suite struct AlarmTests {
    @Test(.timeLimit(.minutes(8))) func workIsAcceptedAndWaitsUntilTheAlarmIsOver() async throws {
        try await PrivateServer.with(.rabbitmq) { rabbitmq, broker in
            var servers = try Servers.fromEnvironment()
            servers.broker = try #require(URLComponents(string: broker[0]))
            servers.brokerAdministration = try #require(URLComponents(string: broker[1]))
            try await House.with(servers) { house in
                try await house.startWatchdog()
                try await house.startEngine()
                try await house.startAgent()
                let host = try await house.register()
                let chain = try await house.ask(on: host)
                try await house.admin.succeeds(chain)
                try await Self.outlast("memory", house, host, chain, asking: .atOnce) { isOn in
                    try await rabbitmq.control("set_vm_memory_high_watermark", "absolute", isOn ? "1MB" : "1GB")
                }
                try await Self.outlast("disk", house, host, chain, asking: .whenItIsKnown) { isOn in
                    try await rabbitmq.control("set_disk_free_limit", isOn ? "1000000GB" : "50MB")
                }
            }
        }
    }

    private enum Asking {
        /// What is said to a broker that reads no more may have arrived.
        case atOnce
        /// What is asked for then waits in the outbox.
        case whenItIsKnown
    }

    private static func outlast(
        _ resource: String, _ house: House, _ host: String, _ chain: JSONValue, asking: Asking,
        alarm: (Bool) async throws -> Void
    ) async throws {
        let admin = await house.admin
        try await alarm(true)
        if asking == .whenItIsKnown { try await isReady("blocked", resource, admin) }
        let accepted = [
            try await house.ask(on: host),
            try await admin.call("POST", "/v1/chains/\(chain["id"].text ?? "")/restart", expect: [202]),
        ]
        try await isReady("blocked", resource, admin)
        let late = try await house.ask(on: host)
        try await endsUnderTheAlarm(house)
        #expect(try await house.operation(late)["status"] == "sent")
        #expect(try await house.count("SELECT count(*) AS n FROM outbox") > 0)
        try await alarm(false)
        for answer in accepted + [late] { try await admin.succeeds(answer) }
        try await isReady("connected", nil, admin)
    }

    /// An engine under an alarm is ready, because it accepts work, and says what the broker says.
    private static func isReady(_ broker: String, _ resource: String?, _ admin: API) async throws {
        let answer = try await eventually("the broker is \(broker)") {
            let answer = try await admin.ask("GET", "/readyz")
            return answer.status == 200 && answer.body["broker"].text == broker ? answer.body : nil
        }
        if let resource { #expect(answer["brokerDetail"].text?.contains(resource) == true) }
    }

    /// Programs end in good order although nothing they say is heard.
    private static func endsUnderTheAlarm(_ house: House) async throws {
        let agent = try await house.startAgent("--grace", "0")
        _ = try await agent.line(with: "the broker takes no messages")
        let watchdog = try await house.startWatchdog()
        _ = try await watchdog.line(with: "connected to the broker")
        for program in [agent, watchdog] {
            program.signal(SIGTERM)
            #expect(await program.ended() == 0)
        }
    }
}
