import Curl
import Foundation
import Glibc
import Model
import PostgreSQL
import Programs

/// One Continuo on a host of its own, in use by clients, while something is done to it.
struct Scene: Sendable {
    let fleet: Fleet
    let checker: Checker
    let history: History
    let stage: any Stage

    /// It lasts until so many requests were made.
    let requests: Int
    private let mayHearNothing: Bool
    private let beginning: StartGate.Turn

    /// What is done to it, under load; returns how many times.
    typealias Strike = @Sendable (Scene) async throws -> Int

    /// Plays a fault from beginning to end; nothing of it is left, however it ends.
    ///
    /// - Parameters:
    ///   - proxies: ports through which the programs reach the servers, and the checker does not.
    ///   - arms: which programs are to die where.
    ///   - clients: how many use it, two of them tenants.
    static func play(
        _ fault: String, on servers: Servers, proxies: (database: Int, broker: Int)? = nil, stage: any Stage,
        arms: [Fleet.Seat: [Arm]] = [:], clients: Int = 8, requests: Int = 60, _ strike: Strike
    ) async throws -> FaultRow {
        let (installation, beginning) = try await StartGate.shared.installation(on: servers)
        let (fleet, ledger, history) = (
            try Fleet(installation, target: stage.target, proxies: proxies, arms: arms), try installation.database(), History()
        )
        let scene = Scene(
            fleet: fleet, checker: Checker(ledger: ledger, history: history), history: history, stage: stage, requests: requests,
            mayHearNothing: proxies != nil || arms[.engine] != nil, beginning: beginning)
        let result: Result<FaultRow, any Error>
        do {
            result = .success(try await scene.run(fault, clients, strike))
        } catch {
            let accounts = "\(await scene.checker.account())\n\(await fleet.account())"
            result = .failure(Failure("\(fault): \(error)\n\(accounts)\nThe programs' logs: \(await fleet.keepLogs())"))
        }
        if case .success(let row) = result, !row.isClean {
            print("\(fault): the programs' logs are in \(await fleet.keepLogs())")
        }
        await beginning.end()
        await fleet.end()
        await ledger.close()
        await installation.remove()
        return try result.get()
    }

    private func run(_ fault: String, _ clients: Int, _ strike: Strike) async throws -> FaultRow {
        await fleet.start()
        let host = try await makeHost(clients)
        await beginning.end()
        let isOver = Flag()
        let (struck, underWay) = try await withThrowingTaskGroup(of: Void.self) { group in
            for client in try await self.clients(clients, host) {
                group.addTask {
                    client.number <= 2
                        ? try await client.lease { await isOver.isSet } : try await client.operate { await isOver.isSet }
                }
            }
            let watch = UnderWay()
            await watch.begin(checker)
            let struck = try await strike(self)
            try await haveAsked(requests)
            let highest = await watch.highest()
            await isOver.set()
            try await group.waitForAll()
            return (struck, highest)
        }
        return try await judge(fault, struck, underWay)
    }

    /// Waits until the clients have made some requests.
    func isBusy() async throws {
        try await haveAsked(requests / 4)
    }

    private func haveAsked(_ count: Int) async throws {
        _ = try await eventually("clients have made \(count) requests", patience: .seconds(480), pause: .milliseconds(250)) {
            await history.requests >= count ? true : nil
        }
    }

    private func judge(_ fault: String, _ struck: Int, _ underWay: Int) async throws -> FaultRow {
        let open = try await checker.settle()
        var finding = try await checker.compare(containers: try await stage.containers())
        finding.lost += open.map { "it never ends: \($0)" }
        finding.doubled += stage.doubled()
        finding.leftOver += try await leaveNothing()
        finding.lost += await history.oddities + fleet.surprises
        return FaultRow(fault: fault, times: struck, underWay: underWay, requests: await history.requests, finding: finding)
    }

    private func makeHost(_ clients: Int) async throws -> String {
        let admin = await fleet.admin
        // The engine may die between its commit and its answer.
        let (hostOnce, poolOnce) = (UUID().uuidString, UUID().uuidString)
        let host = try await eventually("the engine answers") {
            try await admin.call(
                "POST", "/v1/hosts", stage.target.request(capacity: clients + 10), once: hostOnce, expect: [202])
        }
        try await admin.succeeds(host)
        _ = try await eventually("the pool is made") {
            try await admin.call(
                "POST", "/v1/pools",
                ["name": "ready", "blueprint": "litecoin-regtest", "parameters": ["nodes": 1], "warm": 2], once: poolOnce,
                expect: [201])
        }
        return host["id"].text ?? ""
    }

    private func clients(_ count: Int, _ host: String) async throws -> [Client] {
        let (admin, tenant) = (await fleet.admin, await fleet.tenant)
        return (1...count).map {
            Client(
                number: $0, admin: admin, tenant: tenant, host: host, nodes: stage.nodes, history: history,
                mayHearNothing: mayHearNothing)
        }
    }

    /// Deletes everything as an operator would; returns what is left all the same.
    private func leaveNothing() async throws -> [String] {
        let admin = await fleet.admin
        for pool in try await admin.get("/v1/pools")["items"].items {
            try await admin.call("DELETE", "/v1/pools/\(pool["id"].text ?? "")", expect: [200, 204])
        }
        _ = try await eventually("no chain is left", pause: .milliseconds(500)) {
            let chains = try await admin.get("/v1/chains?limit=200")["items"].items.filter { $0["phase"] != "gone" }
            for chain in chains where chain["phase"] != "deleting" {
                _ = try await admin.ask("DELETE", "/v1/chains/\(chain["id"].text ?? "")?force=true")
            }
            return chains.isEmpty ? true : nil
        }
        let objects = try await stage.objects()
        return (objects == 0 ? [] : ["\(objects) objects on the host"]) + (try await checker.leftInLedger())
    }
}

/// Watches how many operations are under way.
private actor UnderWay {
    private var most = 0
    private var watch: Task<Void, Never>?

    func begin(_ checker: Checker) {
        watch = Task {
            while !Task.isCancelled {
                if let count = try? await checker.underWay() { note(count) }
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private func note(_ count: Int) { most = max(most, count) }

    func highest() -> Int {
        watch?.cancel()
        return most
    }
}

/// Something that happens once.
actor Flag {
    private(set) var isSet = false

    func set() { isSet = true }
}
