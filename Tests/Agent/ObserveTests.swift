import Agent
import Drivers
import Foundation
import Model
import RabbitMQ
import Testing
import Wire

@Suite("Looking at hosts", .timeLimit(.minutes(2)))
struct ObserveTests {
    let driver = ScriptedDriver()
    let target = Stage.target()
    let first = HostObservation(chains: [])
    let second = HostObservation(chains: [ObservedChain(id: .fresh(), nodes: [], sequence: 3)])

    func request(_ number: Int, digest: String, hold: Double = 60, _ stage: Stage) async throws {
        let request = ObserveRequest(host: target, number: number, asOf: 7, digest: digest, hold: hold)
        try await stage.publish(
            stage.engine.message(.observe, to: .observe(.memory, Stage.site), site: Stage.site, payload: request))
    }

    func observation(_ stage: Stage) async throws -> Report.Observation? {
        guard case .observation(let observation) = try await stage.nextReport() else { return nil }
        return observation
    }

    @Test("what the ledger does not know is told at once")
    func different() async throws {
        try await Stage.open { stage in
            driver.set(second)
            try await stage.withAgent(driver) {
                try await request(1, digest: "", stage)
                let seen = try await observation(stage)
                #expect(seen?.result == .seen(second))
                #expect(seen?.number == 1 && seen?.asOf == 7 && seen?.host == target.id)
            }
        }
    }

    @Test("what the ledger knows is held until something changes")
    func change() async throws {
        try await Stage.open { stage in
            try await stage.withAgent(driver) {
                try await request(1, digest: ObservationDigest.text(first), stage)
                await driver.firstCall("observe")
                driver.signal()
                await driver.firstCall("observe")
                driver.set(second)
                driver.signal()
                #expect(try await observation(stage)?.result == .seen(second))
            }
        }
    }

    @Test("nothing changed: that is told when the time is over")
    func unchanged() async throws {
        try await Stage.open { stage in
            try await stage.withAgent(driver) {
                try await request(1, digest: ObservationDigest.text(first), hold: 0.1, stage)
                #expect(try await observation(stage)?.result == .unchanged)
            }
        }
    }

    @Test("a newer request for the same host takes the place of the older one, an older one is dropped")
    func overtaken() async throws {
        try await Stage.open { stage in
            try await stage.withAgent(driver) {
                try await request(5, digest: ObservationDigest.text(first), stage)
                await driver.firstCall("observe")
                try await request(4, digest: "", stage)
                try await request(6, digest: "", stage)
                #expect(try await observation(stage)?.number == 6)
                try await request(7, digest: "", stage)
                #expect(try await observation(stage)?.number == 7)
            }
        }
    }

    @Test("an agent that ends leaves its requests to the next one")
    func givenBack() async throws {
        try await Stage.open { stage in
            try await stage.withAgent(driver) {
                try await request(1, digest: ObservationDigest.text(first), stage)
                await driver.firstCall("observe")
            }
            driver.set(second)
            let seen = try await stage.withAgent(driver) { try await observation(stage) }
            #expect(seen?.result == .seen(second))
        }
    }

    @Test("a host that can't be looked at is told with the reason")
    func failed() async throws {
        try await Stage.open { stage in
            try await stage.withAgent(driver, { $0.allow = (try? EndpointAllowList([])) ?? $0.allow }) {
                try await request(1, digest: "", stage)
                guard case .failed(let error) = try await observation(stage)?.result else { throw Unexpected("not failed") }
                #expect(error.code == .endpointNotAllowed)
            }
        }
    }
}

@Suite("Live queries", .timeLimit(.minutes(2)))
struct QueryTests {
    @Test("a chain's connection files hold observed endpoints and secrets, and only the asker reads them")
    func connection() async throws {
        try await Stage.open { stage in
            let work = Stage.work(
                secrets: [PlannedSecret(name: "rpc", length: 20)],
                connection: [
                    ConnectionFile(name: "c", mediaType: "text/plain", content: "${endpoint.one.rpc.url} ${secret.rpc}")
                ])
            let smith = SiteVaultSmith(key: try stage.file.opener())
            let vault = try smith.forge(for: work, on: Stage.target(), besides: [])
            let secret = try smith.open(vault, chain: work.id, incarnation: 1).secrets["rpc"] ?? ""
            let driver = ScriptedDriver()
            driver.set(vault)
            let node = ObservedNode(
                name: "one", state: .running, ports: [PortAssignment(node: "one", name: "rpc", port: 20_007)], object: "c1")
            driver.set(HostObservation(chains: [ObservedChain(id: work.id, nodes: [node], sequence: 1)]))

            let (answer, reply) = try await ask(.connection(work), stage, driver)
            #expect(!String(decoding: reply.body, as: UTF8.self).contains(secret))
            guard case .connection(let connection) = answer else { throw Unexpected("no connection") }
            #expect(connection.files.first?.content == "http://127.0.0.1:20007 \(secret)")
            #expect(connection.nodes.first?.endpoints.first?.port == 20_007)
        }
    }

    @Test("a node's log comes from the driver, and only the asker reads it")
    func log() async throws {
        try await Stage.open { stage in
            let request = LogRequest(chain: .fresh(), node: "one", cursor: "c", tail: 3, wait: 0)
            let (answer, reply) = try await ask(.log(request), stage, ScriptedDriver())
            guard case .log(let piece) = answer else { throw Unexpected("no log") }
            #expect(piece.lines.map(\.text) == ["of one"] && piece.cursor == "next")
            #expect(!String(decoding: reply.body, as: UTF8.self).contains("of one"))
        }
    }

    @Test("an agent without a term leaves queries to another one")
    func noTerm() async throws {
        try await Stage.open { stage in
            let request = LogRequest(chain: .fresh(), node: "one", cursor: nil, tail: 3, wait: 0)
            try await stage.withAgent(ScriptedDriver(), { $0.termLength = .zero }) {
                let (answer, _) = try await ask(.log(request), stage, ScriptedDriver())
                guard case .log = answer else { throw Unexpected("no log") }
            }
        }
    }

    private func ask(_ ask: Query.Ask, _ stage: Stage, _ driver: ScriptedDriver) async throws -> (Answer, Delivery) {
        let client = QueryClient(
            try stage.host.configuration(), topology: Queues.topology(driver: .memory, site: Stage.site), name: "asker",
            logger: .quiet)
        let key = SitePrivateKey.fresh()
        let query = Query(host: Stage.target(), replyKey: key.publicKey.base64, ask: ask)
        let message = try stage.engine.message(.query, to: .queries(.memory, Stage.site), site: Stage.site, payload: query)
        let id = try #require(message.messageID.flatMap { UUID(uuidString: $0) })
        let reply = try await stage.withAgent(driver) {
            // An agent on a busy machine may take its time to begin.
            try await running(client) { try await client.request(message, timeout: .seconds(60)) }
        }
        let sealed = try Verifier(root: stage.root, installation: stage.installation).open(
            reply.body, headers: reply.headers, as: SealedAnswer.self, kind: .answer,
            expectedDestination: Destination.answerName(id))
        return (try sealed.payload.open(with: key, query: id), reply)
    }
}
