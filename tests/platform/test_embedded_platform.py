def test_it(platform):
    print(platform["gateway"])
