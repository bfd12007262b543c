package import Model

/// Goes round until what is there is what is wanted: a round looks, plans, and acts.
///
/// One round acts and the next finds nothing to do. More are needed where somebody else works on the same chain at the same time:
/// then the pauses between them, 15 s in all, let him finish. A refusal that another look may explain ends its round alone: a volume
/// in use by a container that a late call made after the look, say.
///
/// - Parameters:
///   - refusals: how many rounds may end with one.
///   - round: gives what was to be reached, or `nil` when something was done about it.
package func goRounds<Goal>(
    refusals: Int = 8, _ round: () async throws(WorkError) -> Goal?
) async throws(WorkError) -> Goal {
    var refused = 0
    for number in 0..<40 {
        try await pause(.milliseconds(number < 3 ? 0 : min(50 * number, 500)))
        do {
            if let goal = try await round() { return goal }
        } catch {
            guard error.isPassing, refused < refusals else { throw error }
            refused += 1
            try await pause(.milliseconds(50 * refused))
        }
    }
    throw WorkError(.transient, .internal, "the chain kept changing on its host while it was worked on")
}

extension WorkError {
    /// Another look at the host may explain it.
    package var isPassing: Bool { code == .hostRefused && disposition == .transient }
}
