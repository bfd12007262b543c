import Model
import PostgreSQL
import Synchronization

/// Where requests for chains that come at the same time are taken together: the hosts are locked once, the rows of all are loaded
/// and stored together, and one commit is waited for. Each is answered after it, and refused by itself.
///
/// Two transactions are under way at most. Whoever comes meanwhile waits for the next one, which takes all that have come; where
/// few ask, nobody waits.
final class RequestDesk: Sendable {
    typealias Taken = Result<AcceptedRequest, LedgerError>

    private static let atOnce = 2
    private static let limit = 64

    private struct Caller {
        let request: ChainRequest
        let continuation: CheckedContinuation<Taken, Never>
    }

    private struct State {
        var waiting: [Caller] = []
        var underWay = 0
    }

    private let state = Mutex(State())

    /// - Parameter take: one transaction for all of them; when it throws, nothing has happened, or nobody knows (`unavailable`).
    func take(
        _ request: ChainRequest, together take: @escaping @Sendable ([ChainRequest]) async throws(LedgerError) -> [Taken]
    ) async throws(LedgerError) -> AcceptedRequest {
        try await withCheckedContinuation { continuation in
            let begins = state.withLock { state in
                state.waiting.append(Caller(request: request, continuation: continuation))
                guard state.underWay < Self.atOnce else { return false }
                state.underWay += 1
                return true
            }
            if begins { Task.detached { await self.serve(take) } }
        }.get()
    }

    private func serve(_ take: @Sendable ([ChainRequest]) async throws(LedgerError) -> [Taken]) async {
        while let group = nextGroup() {
            do throws(LedgerError) {
                let taken = try await take(group.map(\.request))
                for (caller, result) in zip(group, taken) { caller.continuation.resume(returning: result) }
            } catch {
                await serve(group, after: error, take)
            }
        }
    }

    /// One that the database refuses does not spoil it for the others.
    private func serve(
        _ group: [Caller], after error: LedgerError, _ take: @Sendable ([ChainRequest]) async throws(LedgerError) -> [Taken]
    ) async {
        guard group.count > 1, error.blamesContent else {
            for caller in group { caller.continuation.resume(returning: .failure(error)) }
            return
        }
        for caller in group {
            do throws(LedgerError) {
                caller.continuation.resume(returning: try await take([caller.request])[0])
            } catch {
                caller.continuation.resume(returning: .failure(error))
            }
        }
    }

    /// Of several requests for one chain the first: the others come after what it did.
    private func nextGroup() -> [Caller]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.underWay -= 1
                return nil
            }
            var (group, rest, chains): ([Caller], [Caller], Set<ChainID>) = ([], [], [])
            for caller in state.waiting {
                if group.count < Self.limit, chains.insert(caller.request.chain).inserted {
                    group.append(caller)
                } else {
                    rest.append(caller)
                }
            }
            state.waiting = rest
            return group
        }
    }
}
