import HTTPTypes
import Ledger
import Model

/// An application with `Prefer: wait=N` for which nothing is free waits in the row of applicants, and is made again when it is its
/// turn; every try is a request of its own, so that nothing is held while it waits.
extension API {
    private static let pause = Duration.milliseconds(150)

    func inTurn(_ route: Route) -> Route {
        guard route.path.description == Self.applyPath else { return route }
        return route.with { call in
            do {
                return try await route.handler(call)
            } catch LedgerError.poolExhausted {
                guard let patience = call.patience else { throw LedgerError.poolExhausted }
                return try await lineUp(call, for: patience, route)
            }
        }
    }

    private func lineUp(_ call: Call, for patience: Duration, _ route: Route) async throws -> Answer {
        let end = ContinuousClock.now + patience
        let application = try application(call)
        let place = try await ledger.line(up: application, for: patience + .seconds(5))
        do {
            let answer = try await tryInTurn(call, place, until: end, route)
            try await ledger.leaveLine(place, served: application.tenant)
            return answer
        } catch {
            try? await ledger.leaveLine(place, served: nil)
            throw error
        }
    }

    private func tryInTurn(
        _ call: Call, _ place: ApplicantID, until end: ContinuousClock.Instant, _ route: Route
    ) async throws -> Answer {
        var call = call
        call.hasTurn = true
        while ContinuousClock.now < end {
            if try await ledger.hasTurn(place) {
                do { return try await route.handler(call) } catch LedgerError.poolExhausted {}
            }
            try await Task.sleep(for: Self.pause)
        }
        throw LedgerError.poolExhausted
    }
}
