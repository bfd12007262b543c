import Curl
import Foundation
import Model
import Programs

/// Somebody who uses the API while things break, and writes down what it was told.
struct Client: Sendable {
    let number: Int
    let admin: API
    let tenant: API
    let host: String
    /// How many nodes a chain has.
    let nodes: Int
    let history: History
    /// The engine dies, or is cut off from what it needs; else every request has an answer.
    let mayHearNothing: Bool

    /// A chain whose nodes don't find each other is given up after two minutes and made anew.
    private static let patience = Duration.seconds(420)

    /// Lives of chains, one after another: made, restarted, stopped, started, deleted.
    func operate(until isOver: @Sendable () async -> Bool) async throws {
        var round = 0
        while await !isOver() {
            round += 1
            // Some do not insist on an answer: what became of their request the checker has to find out.
            let insists = round % 4 != 0
            guard let chain = try await make(insists: insists) else {
                try await Task.sleep(for: .milliseconds(300))
                continue
            }
            for wish in [History.Wish.restart, .stop, .start] {
                if await isOver() { return }
                await history.changes(chain)
                guard try await succeeds(wish, "/v1/chains/\(chain)/\(wish.verb)") else { return }
                if wish != .stop { await history.runs(chain) }
            }
            if await isOver() { return }
            try await delete(chain)
        }
    }

    private func make(insists: Bool) async throws -> String? {
        let body: JSONValue = [
            "host": .string(host), "blueprint": "litecoin-regtest", "parameters": ["nodes": .integer(nodes)],
        ]
        let told = try await tell(.create, admin, "POST", "/v1/chains", body, insists: insists)
        guard case .accepted(let answer) = told, let chain = answer["id"].text else { return nil }
        guard try await ends(answer) else { return nil }
        await history.runs(chain)
        return chain
    }

    private func succeeds(_ wish: History.Wish, _ path: String) async throws -> Bool {
        guard case .accepted(let answer) = try await tell(wish, admin, "POST", path, nil, insists: true) else { return false }
        return try await ends(answer)
    }

    private func delete(_ chain: String) async throws {
        await history.changes(chain)
        let told = try await tell(.delete, admin, "DELETE", "/v1/chains/\(chain)", nil, insists: true)
        if case .accepted(let answer) = told, try await ends(answer) { await history.isGone(chain) }
    }

    /// Waits for the end of an accepted operation; the checker says whether it was the right one.
    private func ends(_ answer: JSONValue) async throws -> Bool {
        guard let id = answer["operation"]["id"].text else { throw Failure("accepted without an operation: \(answer)") }
        return try await eventually("operation \(id) ends", patience: Self.patience, pause: .milliseconds(250)) {
            let answer = try await ask(admin, "GET", "/v1/operations/\(id)")
            guard answer.status == 200, answer.body["endedAt"].text != nil else { return nil }
            return answer.body["status"] == "succeeded"
        }
    }
}

extension Client {
    /// Applications of ever new holders, each given back at once.
    func lease(until isOver: @Sendable () async -> Bool) async throws {
        var round = 0
        while await !isOver() {
            round += 1
            let holder = "\(number)-\(round)"
            let told = try await tell(
                .apply, tenant, "POST", "/v1/chains/apply", application(holder), insists: round % 4 != 0)
            guard case .accepted(let answer) = told else {
                try await Task.sleep(for: .milliseconds(300))
                continue
            }
            guard let lease = answer["lease"]["id"].text, let chain = answer["chain"]["id"].text else {
                throw Failure("a lease without its chain: \(answer)")
            }
            await history.leased(lease, to: holder)
            let granted = try await eventually(
                "lease \(lease) waits no more", patience: Self.patience, pause: .milliseconds(250)
            ) {
                let answer = try await ask(tenant, "GET", "/v1/leases/\(lease)")
                return answer.status == 200 && answer.body["status"] != "waiting" ? answer.body : nil
            }
            guard granted["status"] == "active" else { throw Failure("a lease that was granted ended: \(granted)") }
            let released = try await tell(.release, tenant, "POST", "/v1/chains/\(chain)/release", nil, insists: true)
            if case .accepted = released { await history.released(lease) }
        }
    }

    /// One of the pool's chains: those have a single node.
    private func application(_ holder: String) -> JSONValue {
        ["blueprint": "litecoin-regtest", "holder": .string(holder), "parameters": ["nodes": 1]]
    }

    /// Sends a request and writes down what was told.
    ///
    /// - Parameter insists: sends it again, under the same key, until there is an answer.
    private func tell(
        _ wish: History.Wish, _ api: API, _ method: String, _ path: String, _ body: JSONValue?, insists: Bool
    ) async throws -> History.Told {
        let key = method == "POST" ? UUID().uuidString : nil
        var told = await once(api, method, path, body, key)
        if insists, case .unknown = told {
            told = try await eventually("\(method) \(path) is answered", patience: Self.patience, pause: .milliseconds(250)) {
                let told = await once(api, method, path, body, key)
                if case .unknown = told { return nil }
                return told
            }
        }
        await history.note(wish, told)
        return told
    }

    private func once(
        _ api: API, _ method: String, _ path: String, _ body: JSONValue?, _ key: String?
    ) async -> History.Told {
        guard let answer = try? await ask(api, method, path, body, once: key) else { return .unknown }
        switch answer.status {
        case 200..<300: return .accepted(answer.body)
        case 409 where answer.body["code"] == "request-in-flight": return .unknown
        case 400..<500: return .refused(answer.body["code"].text ?? "")
        default: return .unknown
        }
    }

    private func ask(
        _ api: API, _ method: String, _ path: String, _ body: JSONValue? = nil, once key: String? = nil
    ) async throws -> API.Answer {
        do {
            let answer = try await api.ask(method, path, body, once: key)
            await judge(answer, method, path)
            return answer
        } catch {
            if !mayHearNothing { await history.odd("\(method) \(path) had no answer: \(error)") }
            throw error
        }
    }

    /// Clients hear 2xx, a refusal with a reason, or 503 with the time to try again.
    private func judge(_ answer: API.Answer, _ method: String, _ path: String) async {
        switch answer.status {
        case 200..<300: return
        case 503 where answer.headers["retry-after"] != nil: await history.toldToTryAgain()
        case 400..<500 where expected.contains(answer.body["code"].text ?? ""): return
        default: await history.odd("\(method) \(path) answered \(answer.status): \(answer.body)")
        }
    }

    /// A repeated DELETE finds what the first one did.
    private var expected: Set<String> {
        ["request-in-flight", "pool-exhausted", "no-room", "chain-deleting", "chain-gone", "host-not-active"]
    }
}

extension History.Wish {
    fileprivate var verb: String { String(rawValue.split(separator: ".").last ?? "") }
}
