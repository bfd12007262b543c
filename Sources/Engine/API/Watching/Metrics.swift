import HTTPTypes
import Ledger
import Synchronization

/// What this engine has answered, counted for `/metrics`, together with how much of everything the ledger has.
final class Metrics: Sendable {
    private struct Answered: Hashable {
        var method: String
        var route: String
        var status: Int
    }

    private struct Times {
        var count = 0
        var sum = 0.0
        /// Of `Metrics.bounds`, each with those below.
        var buckets = [Int](repeating: 0, count: Metrics.bounds.count)
    }

    fileprivate static let bounds = [0.005, 0.025, 0.1, 0.5, 2.5, 10]
    /// The ledger is asked no more often.
    private static let memory = Duration.seconds(2)

    private let ledger: Ledger
    private let answered = Mutex<[Answered: Times]>([:])
    private let last = Mutex<(stats: Stats, until: ContinuousClock.Instant)?>(nil)

    init(ledger: Ledger) {
        self.ledger = ledger
    }

    /// - Parameter route: its pattern; `nil` where there is none, so that strange paths make no new names.
    func note(_ method: HTTPRequest.Method, _ route: String?, _ status: Int, _ duration: Duration) {
        let known = ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"].contains(method.rawValue)
        let name = Answered(method: known ? method.rawValue : "other", route: route ?? "none", status: status)
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        answered.withLock { answered in
            var times = answered[name] ?? Times()
            times.count += 1
            times.sum += seconds
            for (index, bound) in Self.bounds.enumerated() where seconds <= bound { times.buckets[index] += 1 }
            answered[name] = times
        }
    }

    /// In Prometheus' text format 0.0.4. Without the ledger it tells of this engine alone.
    func text() async -> String {
        var text = PrometheusText()
        let stats = await stats()
        text.gauge("continuo_ledger_up", "Whether the ledger answers.", [([], stats == nil ? 0 : 1)])
        if let stats { text.add(stats) }
        let answered = answered.withLock { $0 }
        text.histogram("continuo_http_request_seconds", "How long answers took.", Self.bounds)
        for (name, times) in answered.sorted(by: {
            ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status)
        }) {
            let labels = [("method", name.method), ("route", name.route), ("status", "\(name.status)")]
            text.samples("continuo_http_request_seconds", labels, times.buckets, Self.bounds, times.sum, times.count)
        }
        return text.text
    }

    private func stats() async -> Stats? {
        let now = ContinuousClock.now
        if let last = last.withLock({ $0 }), last.until > now { return last.stats }
        guard let stats = try? await ledger.stats() else { return nil }
        last.withLock { $0 = (stats, now + Self.memory) }
        return stats
    }
}

/// Prometheus' text format, as it grows.
private struct PrometheusText {
    private(set) var text = ""

    mutating func gauge(_ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: Int)]) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
        for sample in samples { text += "\(name)\(Self.braced(sample.labels)) \(sample.value)\n" }
    }

    mutating func histogram(_ name: String, _ help: String, _ bounds: [Double]) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
    }

    mutating func samples(
        _ name: String, _ labels: [(String, String)], _ buckets: [Int], _ bounds: [Double], _ sum: Double, _ count: Int
    ) {
        for (bound, value) in zip(bounds.map { "\($0)" } + ["+Inf"], buckets + [count]) {
            text += "\(name)_bucket\(Self.braced(labels + [("le", bound)])) \(value)\n"
        }
        text += "\(name)_sum\(Self.braced(labels)) \(sum)\n\(name)_count\(Self.braced(labels)) \(count)\n"
    }

    mutating func add(_ stats: Stats) {
        func by(_ label: String, _ counts: [String: Int]) -> [(labels: [(String, String)], value: Int)] {
            counts.sorted { $0.key < $1.key }.map { (labels: [(label, $0.key)], value: $0.value) }
        }
        gauge("continuo_hosts", "Hosts by status.", by("status", stats.hosts))
        gauge("continuo_host_capacity", "How many chains the hosts may hold.", [([], stats.capacity)])
        gauge("continuo_chains", "Chains by phase.", by("phase", stats.chains))
        gauge("continuo_chains_leased", "Chains in somebody's hands.", [([], stats.chainsLeased)])
        gauge("continuo_chains_ready", "Chains that can be handed out.", [([], stats.chainsReady)])
        gauge("continuo_leases", "Leases by status.", by("status", stats.leases))
        gauge("continuo_operations", "Operations that have not ended, by status.", by("status", stats.operations))
        gauge("continuo_pools", "Pools.", [([], stats.pools)])
        gauge("continuo_pools_paused", "Pools that are paused.", [([], stats.pausedPools)])
        gauge("continuo_applicants", "Applications that wait for their turn.", [([], stats.applicants)])
        gauge("continuo_agents", "Agents that can be heard.", [([], stats.agents)])
        gauge("continuo_outbox", "Commands that wait to be published.", [([], stats.outbox)])
        gauge("continuo_dead_letters", "Messages that nobody could take.", [([], stats.deadLetters)])
    }

    private static func braced(_ labels: [(String, String)]) -> String {
        labels.isEmpty ? "" : "{" + labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",") + "}"
    }
}
