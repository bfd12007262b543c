public import Model

extension ChainID {
    /// What the names of all its objects begin with, on every kind of host. The tag in it is the last 12 hexadecimal digits of the
    /// chain's id, which are random.
    public var objectPrefix: String { "ctn-\(description.filter { $0 != "-" }.suffix(12))-" }

    /// What those of one incarnation begin with.
    public func objectPrefix(incarnation: Int) -> String { objectPrefix + String(incarnation) }
}
