import FoundationEssentials
import HTTPTypes

/// Where keys are looked up.
protocol KeyHolder: Sendable {
    /// `nil` when there is no such key.
    func key(_ id: String) async throws -> HeldKey?
}

/// What is known of a key; never its secret.
struct HeldKey: Sendable, Hashable {
    /// SHA-256 of the secret.
    var secretHash: [UInt8]
    var caller: Caller
    /// From then on it is not valid.
    var expiresAt: Date?
}

/// Knows the caller by `Authorization: Bearer ctn_<id>.<secret>`; 401 when it can't.
///
/// What is wrong with a key is not said: an answer must not tell whether its id exists.
func authenticate(_ field: String?, _ keys: some KeyHolder) async throws -> Caller {
    guard let field, let credentials = APIKey(authorization: field) else {
        throw unauthenticated("An API key is needed: Authorization: Bearer ctn_….")
    }
    guard let held = try await keys.key(credentials.id), equal(held.secretHash, credentials.secretHash),
        held.expiresAt.map({ $0 > Date() }) ?? true
    else {
        throw unauthenticated("The API key is not valid.")
    }
    return held.caller
}

private func unauthenticated(_ detail: String) -> Problem {
    Problem(.unauthenticated, detail, headers: [.wwwAuthenticate: "Bearer realm=\"continuo\""])
}

/// Compares in a time that does not depend on where the two differ.
private func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
