"""Which addresses are on the internet."""

from ipaddress import ip_address, ip_network

import pytest

from events.addresses import is_public, special_networks


@pytest.mark.parametrize(
    "text",
    [
        "192.0.0.9", "192.0.0.10", "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "168.63.129.16",
        "5f00::1", "3fff::1", "3fff:fff:ffff::1", "2620:4f:8000::1", "2001:4:112::1", "2001:20::1", "2001:db8::1",
        "::ffff:0:8.8.8.8", "::ffff:0:10.0.0.1", "::8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::808:808",
        "2002:808:808::1", "2001:0:808:808::1", "::ffff:192.0.0.9", "::ffff:168.63.129.16", "100::1", "fec0::1",
        "fd00:ec2::254", "4000::1", "1fff::1", "224.0.0.1", "240.0.0.1", "0.0.0.1",
    ],
)  # fmt: skip
def test_special_addresses_are_not_public(text):
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8", "93.184.216.34", "168.63.129.15", "192.0.1.1", "192.88.98.1", "223.255.255.254", "::ffff:8.8.8.8",
     "2606:4700::1111", "2a00:1450::1", "2620:4f:8001::1", "3ffe::1", "2001:200::1"],
)  # fmt: skip
def test_others_are_public(text):
    assert is_public(ip_address(text))


def test_each_end_of_a_special_block_is_special():
    for network in special_networks():
        assert not is_public(network[0])
        assert not is_public(network[-1])
    assert ip_network("2001::/23") in special_networks()
