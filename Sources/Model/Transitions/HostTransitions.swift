/// How many looks at a host must fail in a row before it is unreachable.
public let failuresUntilUnreachable = 3

extension Host {
    /// What the end of a host's own operation changes.
    public mutating func operationEnded(_ kind: OperationKind, _ end: OperationEnd, facts: HostFacts?) {
        switch (kind, end) {
        case (.hostCreate, .succeeded):
            self.facts = facts
            status = .active
            reason = nil
        case (.hostCreate, .failed(let error)):
            status = .unreachable
            reason = "\(error.code.rawValue): \(error.message)"
        case (.hostDelete, .succeeded):
            status = .gone
            reason = nil
        case (.hostDelete, .failed(let error)):
            reason = "\(error.code.rawValue): \(error.message)"
        default:
            break
        }
    }

    /// What a look at the host changes.
    ///
    /// - Parameters:
    ///   - failures: how many looks failed in a row, this one included; 0 when it succeeded.
    public mutating func looked(failures: Int, error: WorkError?) {
        if failures == 0, status == .unreachable, facts != nil {
            status = .active
            reason = nil
        } else if failures >= failuresUntilUnreachable, status == .active {
            status = .unreachable
            reason = error.map { "\($0.code.rawValue): \($0.message)" }
        }
    }
}
