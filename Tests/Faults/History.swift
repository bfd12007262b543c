import Model
import Programs

/// What clients asked for, and what they were told.
actor History {
    enum Wish: String, Sendable, CaseIterable {
        case create = "chain.create"
        case restart = "chain.restart"
        case stop = "chain.stop"
        case start = "chain.start"
        case delete = "chain.delete"
        case apply
        case release
    }

    enum Told: Sendable {
        /// 2xx.
        case accepted(JSONValue)
        /// 4xx: nothing has changed.
        case refused(String)
        /// 5xx or no answer: it may have happened.
        case unknown
    }

    /// Operations that were accepted.
    private(set) var operations: [String: Wish] = [:]
    /// Requests that were given up without an answer.
    private(set) var unknown: [Wish: Int] = [:]
    /// Leases that were granted, by holder.
    private(set) var leases: [String: String] = [:]
    private(set) var released: Set<String> = []
    /// Chains of which the client was told that they run, and nothing else since.
    private(set) var running: Set<String> = []
    /// Chains of which the client was told that they are gone.
    private(set) var gone: Set<String> = []
    /// Answers that nobody should get.
    private(set) var oddities: [String] = []
    private(set) var requests = 0
    /// How often somebody was told to try again: 503 with `Retry-After`.
    private(set) var putOff = 0

    func note(_ wish: Wish, _ told: Told) {
        requests += 1
        switch told {
        case .accepted(let body):
            if let operation = body["operation"]["id"].text { operations[operation] = wish }
        case .refused: break
        case .unknown: unknown[wish, default: 0] += 1
        }
    }

    func runs(_ chain: String) { running.insert(chain) }

    func changes(_ chain: String) { running.remove(chain) }

    func isGone(_ chain: String) {
        running.remove(chain)
        gone.insert(chain)
    }

    func leased(_ lease: String, to holder: String) { leases[holder] = lease }

    func released(_ lease: String) { released.insert(lease) }

    func toldToTryAgain() { putOff += 1 }

    func odd(_ what: String) { oddities.append(what) }
}
