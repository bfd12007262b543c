public import Model

extension Blueprint {
    /// The plan of one chain.
    ///
    /// - Parameter parameters: an object; what it lacks has its default, and an unknown name is refused.
    public func render(parameters: JSONValue) throws(BlueprintError) -> Plan {
        let notes = Notes()
        let plan = Rendering(self, notes).plan(try complete(parameters))
        try notes.refuse()
        return plan
    }
}
