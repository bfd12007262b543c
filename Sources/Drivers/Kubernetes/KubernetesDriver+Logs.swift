public import Drivers
import FoundationEssentials
public import Model

extension KubernetesDriver {
    public func logs(
        _ request: LogRequest, on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> LogPiece {
        let cluster = try cluster(of: host, context)
        let found = try await Survey(cluster: cluster, host: host.id).nodes(of: request.chain)
        let sets = found.statefulSets.filter { $0.ours?.node?.name == request.node }
        guard let set = sets.max(by: { ($0.ours?.incarnation ?? 0) < ($1.ours?.incarnation ?? 0) }),
            let labels = set.ours, let pod = found.pod(of: set)
        else {
            throw WorkError(.transient, .nodeFailed, "the node \(request.node) has no pod on the host now", node: request.node)
        }
        let sealed = try await vault(of: request.chain, incarnation: labels.incarnation, on: host, context)
        let vault = try sealed.map { (sealed) throws(WorkError) in
            try context.vaults.open(sealed, chain: request.chain, incarnation: labels.incarnation)
        }
        let blotter = try Blotter(hiding: vault, inLogOf: request.node)
        return try await request.answer(
            { (cursor, tail) throws(WorkError) in try await cluster.lines(of: pod, from: cursor, tail: tail, request.node) },
            blotter)
    }
}

extension Cluster {
    /// How much of a log is read at a time: more than a piece holds.
    private static let mostOfLog = LogPiece.limit + (64 << 10)

    /// Lines of a pod's log, oldest first: the last `tail`, or those from the cursor's time on.
    fileprivate func lines(
        of pod: PodObject, from cursor: LogCursor?, tail: Int, _ node: String
    ) async throws(WorkError) -> [LogPiece.Line] {
        // Whole seconds are all that every version reads; what comes too often is left out.
        let place = cursor.map { ("sinceTime", "\($0.time.prefix(19))Z") } ?? ("tailLines", String(tail))
        let query = [("timestamps", "true"), ("limitBytes", String(Self.mostOfLog)), place]
        let answer = try await call("GET", log(of: pod, query))
        guard answer.succeeded else {
            // A pod that has not begun has written nothing yet.
            if answer.status == 400 { return [] }
            throw answer.refusal("reading the log of \(node)", node: node)
        }
        return answer.body.split(separator: UInt8(ascii: "\n")).compactMap {
            LogPiece.Line(stamped: String(decoding: $0, as: UTF8.self).stampedInUTC)
        }
    }
}

extension String {
    /// A log line whose time is in UTC; machines elsewhere write their own.
    fileprivate var stampedInUTC: Substring {
        guard let space = firstIndex(of: " ") else { return self[...] }
        let stamp = self[..<space]
        guard !stamp.hasSuffix("Z"), let zone = stamp.lastIndex(where: { $0 == "+" || $0 == "-" }),
            let date = try? Date("\(stamp.prefix(19))\(stamp[zone...])", strategy: .iso8601)
        else { return self[...] }
        let fraction = stamp[..<zone].dropFirst(19)
        return "\(date.formatted(.iso8601).dropLast())\(fraction)Z\(self[space...])"[...]
    }
}
