import Foundation
import Model
import Programs
import Testing

/// Programs that die at the worst moment: every accepted operation still ends as it should.
@Suite(.serialized) struct CrashTests {
    @Test(.timeLimit(.minutes(6))) func anAgentThatDiesInTheMiddleOfACreate() async throws {
        try await Continuo.run { continuo in
            let host = try await continuo.registerDocker(capacity: 1, autofill: false)
            let admin = await continuo.admin
            let created = try await admin.call("POST", "/v1/chains", continuo.chainRequest(on: host, nodes: 4), expect: [202])
            let chain = created["id"].text ?? ""
            _ = try await eventually("the first objects are there") {
                try await continuo.docker.count("continuo.chain=\(chain)") > 0 ? true : nil
            }
            await continuo.agents[0].signal(SIGKILL)
            try await continuo.startAgent()
            try await admin.succeeds(created)
            let operation = try await admin.get("/v1/operations/\(created["operation"]["id"].text ?? "")")
            #expect(operation["attempts"].items.count > 1)
            #expect(try await continuo.docker.containers("continuo.chain=\(chain)").count == 4)
            try await continuo.lease().mineAndSync()
            try await continuo.leaveNothing(host: host)
        }
    }

    @Test(.timeLimit(.minutes(6))) func anEngineThatDiesRightAfterItAccepted() async throws {
        try await Continuo.run { continuo in
            let host = try await continuo.registerDocker(capacity: 1, autofill: false)
            let created = try await continuo.admin.call(
                "POST", "/v1/chains", continuo.chainRequest(on: host, nodes: 2), expect: [202])
            await continuo.engine.signal(SIGKILL)
            try await continuo.startEngine()
            try await continuo.admin.succeeds(created)
            #expect(try await continuo.docker.containers("continuo.chain=\(created["id"].text ?? "")").count == 2)
            try await continuo.leaveNothing(host: host)
        }
    }

    @Test(.timeLimit(.minutes(6))) func aWatchdogThatDiesWhileWorkIsUnderWay() async throws {
        try await Continuo.run { continuo in
            let host = try await continuo.registerDocker(capacity: 1, autofill: false)
            let created = try await continuo.admin.call(
                "POST", "/v1/chains", continuo.chainRequest(on: host, nodes: 2), expect: [202])
            await continuo.watchdog.signal(SIGKILL)
            await continuo.watchdog.ended()
            try await continuo.startWatchdog()
            try await continuo.admin.succeeds(created)
            try await continuo.lease().mineAndSync()
            try await continuo.leaveNothing(host: host)
        }
    }
}
