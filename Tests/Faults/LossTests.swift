import Foundation
import Model
import Programs
import Testing

/// Somebody empties or removes a queue of commands behind Continuo's back.
@Suite struct LossTests {
    @Test(.timeLimit(.minutes(6)), arguments: ["purged", "deleted"])
    func aCommandThatItsQueueHasLostIsSentAgain(how: String) async throws {
        try await House.with(try Servers.fromEnvironment()) { house in
            try await house.startWatchdog()
            try await house.startEngine()
            let agent = try await house.startAgent()
            let host = try await house.register()
            agent.signal(SIGKILL)
            await agent.ended()
            let work = try await house.ask(on: host)
            _ = try await eventually("the command waits in its queue") {
                let waiting = try await house.count("SELECT count(*) AS n FROM outbox")
                return try await house.operation(work)["status"] == "sent" && waiting == 0 ? true : nil
            }
            let queue = "/queues/\(house.installation.name)/continuo.commands.memory.default"
            try await house.installation.broker("DELETE", queue + (how == "purged" ? "/contents" : ""))
            try await house.startAgent()
            try await house.admin.succeeds(work)
            #expect(try await house.charged(work) == 0)
            #expect(house.host.doubled() == [])
        }
    }
}
