public import Model

extension ChainID {
    /// What the names of all objects of one incarnation begin with, on every kind of host. The tag in it is the last 12 hexadecimal
    /// digits of the chain's id, which are random.
    public func objectPrefix(incarnation: Int) -> String {
        "ctn-\(description.filter { $0 != "-" }.suffix(12))-\(incarnation)"
    }
}
