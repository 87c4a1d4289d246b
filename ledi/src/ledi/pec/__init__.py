"""The PEC's receiving API: `ledi.pec.client` and `ledi.pec.transmission` speak to one (extra `ledi[pec]`), and
`ledi.pec.simulador` is one to test against (standard library only).

Only this package touches the network; importing it alone does not.
"""
