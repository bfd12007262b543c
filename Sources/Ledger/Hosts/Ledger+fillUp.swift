public import Model

extension Ledger {
    /// Makes chains on a host up to its capacity, or as many as its ports and subnets allow.
    ///
    /// - Throws: `notFound`, `conflict(host-not-active)`, `conflict(no-room)` when not even one can be made.
    public func fillUp(
        _ host: HostID, plan: Plan, parameters: JSONValue
    ) async throws(LedgerError) -> [(Chain, Model.Operation)] {
        try await change { book in
            let wish = Wish(plan: plan, parameters: parameters, priority: .filling)
            var made = [try book.make(wish, on: host)]
            while let next = try book.makeIfPossible(wish, on: host) { made.append(next) }
            try book.write()
            return try made.map { (try book.chain($0.chain).chain, try book.operation($0.operation).operation) }
        }
    }
}
