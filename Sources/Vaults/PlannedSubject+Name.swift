internal import Model
internal import X509

extension PlannedSubject {
    /// From the largest to the smallest, as certificates are written; lengths as X.520 bounds them.
    func distinguishedName(of whose: String) throws(WorkError) -> DistinguishedName {
        for (part, text, longest) in parts where text.isEmpty || text.unicodeScalars.count > longest {
            throw .badPlan("\(part) of \(whose) must have 1 to \(longest) characters")
        }
        do {
            return try DistinguishedName {
                if let country { CountryName(country) }
                if let province { StateOrProvinceName(province) }
                if let locality { LocalityName(locality) }
                if let organization { OrganizationName(organization) }
                for unit in units { OrganizationalUnitName(unit) }
                CommonName(commonName)
            }
        } catch {
            throw .badPlan("the subject of \(whose) can't be written: \(error)")
        }
    }

    private var parts: [(String, String, Int)] {
        let others = [
            ("the organization", organization, 64), ("the country", country, 2), ("the province", province, 128),
            ("the locality", locality, 128),
        ]
        return [("the common name", commonName, 64)] + units.map { ("a unit", $0, 64) }
            + others.compactMap { part, text, longest in text.map { (part, $0, longest) } }
    }
}
