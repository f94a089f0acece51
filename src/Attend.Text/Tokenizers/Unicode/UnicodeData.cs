using System.IO.Compression;

namespace Attend.Text.Tokenizers.Unicode;

/// <summary>Generated from the Unicode Character Database by UnicodeDataTests (see there); not to be edited.</summary>
internal static class UnicodeData
{
    /// <summary>Version of the Unicode standard that the facts come from.</summary>
    public const string Version = "15.0.0";

    /// <summary>Traits and combining classes (run length, value), lower-case forms and decompositions (gap, difference ...), as varints.</summary>
    public static byte[] Unpack()
    {
        using var deflate = new DeflateStream(new MemoryStream(Convert.FromBase64String(Packed)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        deflate.CopyTo(bytes);
        return bytes.ToArray();
    }

    private const string Packed = """
        7Zt/VJ3Vme/f/b7vOYcDISG/jdHkxKauo+04WH9O26m205n2zprV25lpZ9a9XXe1d3W8Xffe8UfW1SR19UeOhBAkiEgQETESjAQRkSASSjDSFNMYKaaIiAQx
        IkkQkSAiRUTu97PPIYlWM031duaPm3P29zx772c/+9nP8+xn7/dwEjHG9XzjuL5ZPftp/GQH9FQ7N02tEaNybprQoazSGOMHoCNqibevUon4Kra+erbHE9fS
        NOOsVNmnBsdP853nIJanhdNDETd9RSSQvjzy11Fz9cVRP82NuGmuY9I9pIjVRd5q1ZDmLFL5R5UcKoGoG3kI4kJGRAKa9aI01w86fxbVWBU3UUz0c+i6OsUJ
        rmJNrNJ1UuhZ5fkRjU12FkeTHV+tJvpDu8ZQlBUFNYUkOH50gTN3dpXRFc7y6Pc0/otOWP3GwUKMPEd8JhJW8VSknjPPP9fx9Gn8izRLyHFXBZ2kKPQ5kh+J
        XqVRSPTVKttFPc2b7LhRFw9I6jy1fdH2+9EkfS5S3zJ6JNON/oXtcW1xNY9ndXPtJz6c5QhoDtfKZ/wcjQ9rZSYh27U6xOVLw2iKygrRf6ki3ugXrF4moasX
        DajAP8u70MqzcvyrEvKCKgH1Md95Vg/3A2s4X5/ftPN5Vg/V/S/bsSHJNJGkuP7+d21bOBomrtR3hSxKDMqL0eUJ21n7+Zc5c6OEBB4P4FtnNaNUAr7s4/8D
        vrGrdq3tFAt+ktXKi6apL9WJ2xTN51n6QhtzinJF1+eIRsVkL+xhLfOf1Bgk7Pxh2dWf7xj3XM3yLcXCarGc7xA1rr/c2tKNXmvrIbt+Io+I8Wy0XeCk+B6x
        Fr1Ma/yq+C5Q61rJwKtha0tP41z/UFx1q6Z/pV146KQBXAVQ0Em2/REnJPFBiZdJImnRS7W8dMsXsLxaUnSpeJKtYe120BjfLh8HX215E2GkOhvj85Lv2raA
        f7UTjLh+OC0ksyjs0pJkSC3BT7Ua+Qn3e9aYn0+7Jj01zaRfkPbZ9Gujd7sJs12Y+ExK7OvZslJtV+gzlEYe8SKepb2Ib/mlTCRVNSalnb2X4gZWJfnu6mTt
        b3KXq7pxF2lRqSpzfEPdSWbfpqew2PRUu+TU9Muc1KgfkaKROVH5T7kGTydbTbTMtOAHNPNVggkeX1ERsPR8JyJeNy3Dk43kdD/Hcy5Pe99XsvjPqq10kv0C
        z1niX6PuiBpu852fpLnpP5JwP02JQYJ8m45OBdtXCXV/riz4AycS/XN5MiJPzvG3yx02U5Nrkm1TsnWaMnEkYPeH8b9HRFvqv7JLIne/DP+rYeuxLWRJz093
        LmEyrVt7jBwYOU8qudFv4zC58oLIt+SwpdbqxvmSlHITNgikneN46dTcdCP3x/MCDl/muDasvqHl/J1o4jXNWUDs2v1KWF5ICPlLFf3aa7KGZ4PSTQSeZ/1l
        InM1Ekkm8jWyb2K3koeS7M70JddElCPYLzY8XTu3a0N7Odbx58RHYVhsoeyj/Rvx08Nal6sz6ttpn03kKdfmehO9637iaU7c69EC48yPTCHhKeOksVlXB3Ws
        pEUv4GCzR8kcuyzfDnf9gvjJcLbnKFvQRP5MWv6VPhc73qqNCm3/XTR6FShky64Wryzl/7n0/oGzWnG3Ou3/qJ4iP8yL7xXroQ/W98k1WqyXbpyLVcLp9zHn
        fmClSouxmRfL+dGozTZGeTDsX6jO62zmCflfU/kvsni/cS5LS1Uhk2SwsY3C24v+jXyp08WPqtn310nClc68aMi/IJFLk8VzacK/sscqhbrazKovqH21TUZJ
        ysO+VmbsiedGL1dK0tbw/WjcLynWTp6dzU2kpaAf992P1HeFjcGk6OLEGUM8flZJSPs3us/YnOUlDtiAPVCs4aPfSRx/fjxN2zAY4kwLJhqWcmZEv2sFJJKh
        f54i9Csn021wNvX6P7S6+Ta9pknXE7K2HWL8f3GuTfteIjTt8e7nmoQ9/MToFUraURvpOh19zqugVfoSJzUxr+T6/007/iHX5vvZiQP+xVpPxFkSjbfHFb9V
        /V5C5dnz4Zsnc7mJ9iR2lB+y1g7YXUtHql+DOieSJPi9JWJoTnLSVpHK50Xv+VfVN8RP1y9KKCeqsow/FdD6lspdjyPhGk7RyLXsOSI9mqMR5KJQhH14/zJr
        EX/V4dXOJdJgafQBe5Y6SauS7ApWaPhWorLJc76rEP6GDWPXJlzXJl2l80QiIsS/apNy/Aihfl4iSQcSCZy25xm4TMSyxA30TJ9JaY/7zlVyzBdsqplr3Rzw
        59lAnRd9LsmeDYuUIYJpnXHbzj/N9pjyK+mrNOoBOkORE669RPnRKY+bcfSVkJovcr6ephGRBbLoc/OccyUtXkYVoZHYPdroq1Y4P1gl250w0TvfS3E2BJ3F
        R405bvzDoHnRBA4b9xmqwpTDJgCZJJYTxhw13mHjHTWueB19MsYOduPEoHFfP4WpR02BlnjUZEvVw8YXgx1tXoYIHjVBzWEb3Xjja1ZIskkxc0yqmWvmyRnz
        zQJ3oVlkFpslMvxSlXPMMqEdp88F33RQboVZaSJa3XJznjk/XlPKvMC1ugZOTnLYKL1/5jonpHYnrpCBpM85yfMZpdUViSlOKujFWeMLja9jlj4dxYmDZlvC
        SD3HTuWEj8atZrDJ5xwJ/LITN6m6L6ZRpp/7AU3c2bmY3a7Nm22Pr0sSQlpS2Dul7o8STek0/WWicsOHPn9+Gq2T9jvme9clatc7bpjPn8TpH5lwquP/b23R
        tZa6VefvYbPciVvfwotG9/KYMbdR2WiU8m+TSW0V/cP24ysw36Q5VAv/A5X2AMZ4XJkiLGOHSzU4nIzOB0W9ZvKELyeM2jPr8G+IZxEOtxGVjs1OBpFBsdMd
        LquyKF23wxcmxssvV2o+PZeEdFsL61wM3ZPwibGBfzKmnZDxmSNoXcQKno4vxwpJuEZh/oKd+hnz2fg+eM1WX0rshpNR8VyAsS4qeXaShNRToeMmJn5/Kerk
        Ygxd0I6ah8X6kt0ax9kj7ivmfzpu0vND1iK+k3zURBD9bWCrrBLW3SNcxPDlzoKj5i8IM5q+r6XqmhMeiZsysRQb+YFE+B81l4vhHcY+pguLOTcWJJBDdq1t
        IazxqvV5oY3gu1IT/j9qolamtbkG75j1VrNP4Gd4cQWlyN/gopM7Rwu+1Dl97zzF1Hp6DSs5hvVsGTahv8Ya6XKV4if0d2rShgr9L9u1yxBNYa3cxu056Oqh
        WJuJb4jQUqT/0DJPGfvxM+FaS+mKE851LXmbrBCW4iHuMOF/VFmg8vesRFLC6o5HLS2VWky4WvYNmC8xYaOecIKPFBM+T1/kuC/KvRrzqgm8aJKcJAwcsBG5
        AktstaHWtNymB2c+URya9QV8/4K+8ewx4cZ3r0a9pymPJ4xEkj9srneUPE2ovvrLTnHKV681Z/36H2fF7X6gdoF7lv9yvfin96F27+zEjOpbIf75D3qWuI+P
        ez2jt+vdb8xWz9ydaLrfcx/yzHbVfH0+7LmPxIe47uMQj3tegtrlmV3xridgdnVD0gSJ8m+q68W5Woy50fyhq8j4iLakF3aytlbXPLfTaJpMz9xuzB3mlNDt
        duFu+Lj2gPu3Ri93g3F/Zn7mnqXzeK1OC3+McsF1mj1V5sxwTfz9gDm797Wf7HXpv2m/ZPeP+rfCfJLQO+t/3g/Mp/Z6ZslTa8yf9u0+tSb41JqOwAN9vvn/
        5Y8vaadeJfNnLjH/rm9vlmhx/0P+S55e+/98innmA6/waXTKGfo+XJ8zz7WvD/MsOwsZJ+sFhvf8OVXGnHzPn0PPfqN3KlSf4Z06Z8YYvafse/7DbuMt/rRu
        2TkxE7r6kog542uRWxe83Jz1q3bup5jKPuqllD9cYczBL5m2CpPIyw06DyfV2KzPpp2GfB2eFj2905g/QSRyPAbc37x1dnMtOkPf5g+K8j+ReilA1s7TrigB
        123fGvA+TnJWYcCUqhSqxFRUd8u3BkyHSqXKU3N/b6XfN5liHIlPEnKDwvPdRx79Y870p8PfNp/qK/vTElRqvvVRL/db5gwv9/dqQ6kbjPkP+X5z6Se8j8Wq
        PumNrmzcfP2Tv3LTnjLTZkNQ2S8WNDH3tqAupxlBk+luDpos9/agm+VWUN1AVSzZsOTQ+xFtbmZ87Ic61JarXi+Ljmw6cujIjc8RC3r/7hq4Vt60uzFo9gIx
        b1PQ7HMFmd7OoNnv7oSKQSHU09iDVoCXFTTtriDf2xI0Ha6gAKpTlFfsSVQP8kqR14e8Mkb0M2IHko8huZIRQ4ytRPIQkqsZMcKIWkaMMaLekyEmsEYDfJPi
        85o9rW2GBbYwWwbQytgs4ABz5ABtkuJ3MKwQ6ERUkcDtZlklQC9t24AjKFQuCAzSUQUM01EDjNJbJ/Anma0JmGa2vUDMz5HpvJygl+HH0EWQ5VegiyDH34Iu
        glx62+nN96VQXDX4uuArhq8HvhLa4qrRhmreDl/rPcbKK31NPoQG1T4GQ4Na/3YZzBPUo8uEdDGNvmwwhSEamW2K2U5Rzf5mQLrMoFCLL2NnAK1MmSW4oCxQ
        Ir/5JcG5dVDjos4vCqq3OyDIgWqDyoBqhZoCmoFR9KsDxhHfAEyytiZg2tuA6TYE3Trfsgi2mFlooA07e81InkFeY3BWfH1QK5oICBhFuV6tT7sJlfzuIM4V
        eB1BzVIIDLLOKmAIqAYOAtYj08E8aQPEQvlyZDD/D2+bpNoETFPdC0xRbQZmqLZ83Njs0ENSIyjIgWoT5VWFtI5hrSN0IJRFBx4JKRKygIrARhaD66FGoJph
        mQlmnbJHbUgwFtwYzHX1zezPHVdf162LBdPH9bfYzFQn1JiiRS9R2ZZiv5cz56msUEa4UOUS0Zer3BwLnrtKIZKikqx6msoClUUqV57Wt0z1eSrhWDBANvM2
        Bz9/sUweVWKKxPT3r83BAPKXqO3iTcEUsykYUVl6hepXieeaBM9fiec/qe2KTcFzPJlJ5W87yQVFgrkzUC1AhiYwrSS2kwnLo4mSA7SR1nKh2uEqwCKdJKQi
        2rrpzYM6RO/syGma9wKF8HfBX0xHD22lbKc+N+e0Nu8kVekmd8wxSc/PMd9U8Tvt573m4ufnuOb5OfNVXvDNngVJKp7K6kyBOQU/VbklUa5T+f6eBf8aenKh
        CXctTLtlz0K1L3S/v2fhd8yeRZ6/Z9FnNGiRsfBTtVy3ZxFfGy/xQk8u0ZAlGrJEQ5Zc5XUtvTL05FJDSela+hPvhXPWm85lIRXjvbDMDf1ymRH989CT5xpK
        Ste5+o7omeVuoH05nybct3zANQ0rk1UCp5XUv69fmey9tcINvb3CrN+w0l27YWV45YaVCz6G93rzaOSVxab+SvdDxVe5KEF7Xv2VxovTzYHptTvkDGBmrcK6
        BchYVy63rxVkratVYl0riN2imNl3MyfbOrG0wZcH3yH4CuDrhK9onbZO91pBybpqJda1goybNyQgCwEWdtB7jN7KdY8pVawVHLtxUwJqmGOUOWrXsb/WkuBo
        G6etgXknmbdpHfG0lnhi3hiwb92jOkyBViRnAc1oP8O8B9bZJQjakBJfAtrbJXRQLQRm93cPzaVAHxqXAUcYXg4MoFMFMMigKmCIajUwQrUWGENAPTCBgEZg
        GJ1qgNFbtIA6ICtuJEGONbU11/qTaq/H8kg+ReWttws4TeOi9Zqmm7mK4eqBqxSuPrgKbs5KQM5JSEmUKviH4a+BfxT+OqSNI61hvZSetOqvf1CJd52geb2M
        O4OFW+jNALahdAI2J+Dgem5IQDuS863S67XMAqCTFRYB3evFXAL0oss24AjM5UA/1R3AMVgqgcH1s4oPredaA4zAXAuMoX090AO0MqJlvU7uvQK3QYsPNP9Y
        fDMwt/w4W0sA9mHtTGD/Oi50wMF16sgF2tdpHfnA0tvipWttLAE9azckoG9tdgL612Yk4HOb4mWAOSuAQaarAoZ/LIYa4BgTVwJDTFwNjDBxLTDGxPXA8tvi
        ZZrhe4HYrRK5D7mTQBNwqncCkY3AFCKbgRlEtgAZeKf19FWN4UMLE0SkhambsxMwc3NGAjJuKU9AKfP3MWvZrSycWUcRYGEcARYmEWBhGgEWYgiwUHurWMZ+
        LKhH3gTyGpE3hbzmW5lXdgqVXl+gELl+q8J+Q7yEYvGS8st4GYZj5Ewc9XA0fASHl3mDerJu+IieQ4zpOJPUMsaW3/CJNGtGxt4zyYjBkfGRGtLT8VE9hfQU
        nUGqe0ydLrdFNbo0VjOk5kyKTMMxc2YOttGNjpmEyJklcmeJPBGjEN360/YgRI+IAYjeGxxvxrTy/PapQd+nDD//hGWaM2/mRp6vEJdxkyBP4GbfJOPR1HaT
        ONpvEsehm7hj6+/xnXEGx6v9iZhK4CpiYBXtpbMDB2CPrXHiRIaIQZiWq3K+HLQSByO7Btl58GSucbxGhhcD03TO0Blbo86yNY77NX1eq7FfYf/Q3UB3NWMH
        pFfrTYqG/TcpGloQ0ABkruGJcY3YspHSKDUK14gj+6eqHVKt9GeON4S+HWh3kCV0zy6hliHdYiqD6BKxY42a83+q31Tpl0nODnfyFsdvztCfcg/GjHPjwt1B
        M393cOFlu4Mrg6LnqOjzCrNbt+bdQU/lHBVXZXk4Xve8eH1p6+ZET8o1GtVPzRyxuDRe4DTeqc9Qij5Tfr/9M2gRTpTQ7uCl+xFioWwWQjeKOK18+Un9dFFl
        1zx3d/BEsin+7+5ZFO80OqRivHstfabPpSUimGjun2oyb54qpxVfbbfd6Y3s0h/fi38tf47sFDX+mGBgp6o7qvRDtJatgs4B/WW9CxjR72jN6H1iybpDHVkz
        qlYfFhy4XVBwVB1lBwXVrYK6p+DjR7Lle9Q7ViOYfAABWwX1HerovV9w6D1Jrn1Y8truFtTuVm/mfYJ+RGW8od6yEVWHHxRUtalt5klBQ7eqJb2i8n4laBpU
        tZx1zDwq6L1H0FSmjraHJHS4VFBWLOg6REejYB9zFGULBl5Dl2fRmSnzqgU5mwUF/KZgBg16b0P799XW+KZgsBNb3SOIDam3s1FUa0zip4+Lb/+Yqrn9gv0l
        DIsJcrBzebagH75DYxgCuwxUC6ax+N4T6q19g8m3sErUzUPKCNrn3y8Yew8WNGhDg/056NwgKHpJAur06xHTjC4HHhHzyDgWGqCjCHPmsV6EHkKhg9hl8ii9
        1aIadok60i7IG5WAdlxRshGDYaEDz6stW78DNENPqBqrENVRJ2oQL5S+pGpll6iyOwX5RE7pA4I+dB7dp7aKtwizw4LOX8w6vuBe9U4RYSUbBFWvi2/qN9jq
        IQIEJWvzsDgBcgQ7j7+OK0rEnH1QvZWESidhW/cGRuwTbHuZUOkgBCqJyTJBIQFXOCO+fZiuHXf3V6LLbwXD/GSlrJgFWhMjvqVAUF1OqPCz3WFWXjukag8G
        O/QiczQI2scRRaxlsei+2wWZE1iSiN0G8zi2zy5E3eNYbUAwWSqYuB0NiIiGTXTsxN0bCP4H8D6urelX9Ri+bCnHTEiewqsHniOunsSr21h5LlZjR+WymOHj
        MtPks2qruUPVqfs0tvgAu2c/7sHTvY8wEaodyxe0ZiIFH/VnEldlGrEfS9bnskMJlYm3VO1iE3c/jC/Zb5WvIgWhFcWIh/kYRiwtwpJoWkxI7XiGBPArtCdo
        mpg3k1DpHmSV7N9coJGV5xH8XcRGP0puQ1QTeaMaIw61q7eEierf0SorhgWNrK3jMaL9FcaySWr4jWcb7hljn+/bwb4k9CYxZ14P7t5GdAL1/JeRXhJZ99vq
        mJ4U1Yam5W3smSq89TSAOadb2JIEXBFOKc7Xj/KGNukXYU2KXW+YuO9i2xfjlIYMQoDkMQgUATm4thnVWrR8t+Q5Qccez/G62VaHHtT/XBjfyCYBsoDRUa1y
        G64dYeUZJMuCHYIDaNBBetgG7Cd2a+8SHLmTtjwWmCUo30Q8Ez42hg4RmFUE1xE8WHKEQGLP7CU79rMHp5+mAxt0YdgDuKLObghc0U7Ij22CZSPBD+QA06x3
        DDgGZJ+ECiK7gj1Y9S7JkiRTCtSQ9dqH6CAYeo8Qf33kMCDvRcE2jpNCNmJLMztlDxv2CeKlXtBHOPaSBbJxTwc7qpfsPXRMU27crh9IVkqoV1BLFG/HdA8K
        BtiwvVCDGLGXsJ3EiPXs/f1bZ7OANee+zQzDkmPkxE6giaRVO605+t4k/oB6wqLmZKIYfY3ziAw8jrE7qNZi8Rosnt+DsUmgkySUsecFjWzscaJuBJhiEzdw
        TDQ04bJ6mDnfStiIIxwdk6S5Hs7GoRxcS8LrIykMlULhqIa7cRm7J/cuHAU02NMAOHYHpwbB2gE0Z6EBjupmCw38TlBBsE6QHgaG6XgdV3D0ZrOPJjg5B/HR
        ETbxPmBsL3EK9AHjnNjTQBnVHKgh3DiKGwsepcMm5AcJC47tgnzigPTfT8j3sGcKgRnSZhkw/r52RT+n8zv1+o3jcWDza4LB9wKcFfgSON6rEHg7S18D/y5P
        v+esfFMjCpU3vp7VGXo8xe1+PtSQkhLrDLWkmIzO0C9TzBdFXa3Ppk71mObO0O4Us7cztOcPQvcP6HU/hv/MY81Qp77VNuOdob0ppt9iB/jsxeYXZb4LzEsR
        ZJhgxXbfwn1+6MmHfH1n+pA/4nq/qPRN4LFK/SquudJ/z3g1Vb6F6WDgsV3+Qyfc1IHtIWPBvCnwRgSBE4LQqCD81vbQP3v0xuHNWQiNJOCpZ/3MisWKbCAG
        tPToR7D7t4uqLhMUAtkPCEruF/SVClrvE0wAPblLdFbs14hYiarj9y7mIBDUAUMH1VEHSzfVPKCQtpliUceA4h1IgToITHJBa79HVD0ws0VjDxRRBfruRjxQ
        SkdToahGIBPo2bqYLDALFUBrgaABqAAm7hIMAP0nqWNA3u4Qp8siic9XtQaorFNbCVQ+MHinoOkOrAE1lIeF8mbbCnMRugUlczAiEAMygJ7b0RSoAvKAwY2C
        nGxEQU1msUogH0O0TkuXrNtENccEuUBBBmvbgK2ArvfFMpgrJdth3g9UAZnAxHuCySnByCaxDGcKhiZVzQMmfycoflcwMyEYzZQ5u4CWcWzw9iLOVYS+q5+G
        d7yFZCAPmBwV1I6rYwCqG2h5TbADajBDUqpPiCoARt+EZURQ/bpGjL4xS22DqgCygL2vz0JFTAJyoRoHBflA0/FFLFodOYeDXD5F1R9DDaAayAImO5Qoyo8i
        qlN8LUD5S/rPtf0DahsASmewaZE6priAD6N4LzDyPt6C2ta/iIcBpnxV0PyKoG0ab8FSSnXbfglo6kO1XkE9UAc0An2HoYCxHpYANQ1VBky9JBgH9gE1QHU3
        S3iRti5m68QLT2iOCaipF7Au1OjzLLoD59Wpt/G3iKJaQ0fFu+y8Q6JygPbnWC9U/aQ6RtvQCpjZrrHtBxmxn3mfwW/viGXq1zh5QlQ3MMMWnwIs3yi9h16R
        Oac6CG/app6mA5hsZalQdVslvhJ5B/YxOR2lv2TyFsFQvnqroHLoLd9LqIwT1E/S1ox+TURxI/Ky8eBu4m+MFNRAW4yVP0F0voUaUJX1GOLxWeiYDBB14pue
        4HK3Cwec4LrwGO4Bqmk7VCPIAAoeFcSg6qCKgJlqjDiiYTvoqK1iMQ8zdgTj7BSVXclWOy6WykfYBg8J+o/ySAEU7UBeOYsGxoCZYbIeVP123A10l8HSrh1a
        TQoae0ljM+4XdayTh8ISggEoB+qf5bJzL0EIHNmPfr8S9NxNOAJTgwQr1DGoQaCtgBgCpu9CHtCeT+QcV++2O+moY7Y8UQd2ceOGqnuZBLAFikeKLGCU21fG
        wGJ2z2IeyNVbwvPHNqCD63QZ0LZ5UQLagaksdGbE9CZMBzX0KhmTm9tMBj7PsFlP0HOEDLcFl80o4MZ4TNsG5FLtml5IJIql9j1R24AiYC/fbwy9y8YGjkwu
        ZIcy0TvcoN5RtQ6YPEx0jtnHXFVze3DoqKgcqh1QB7iL5p9gtm7s96ao7mFB5xsIeJGE3Mtlm4eQeqoNJJSJY+od5XbYCjU9IBgEWn7LVZLbeuNrqlbxlFUK
        1XKPTNz1Al7oV3XmCAI6SfpQZaTwvTyw7QCGyFw9QMHL6s0DeisErc+zV3tEZR8WHINq5kzeB9UC1AB9pMN6vk0ZgJroFgy/KOjpYl6qe6GGX0B8p6CYtmra
        qoBcoIdr7RiPGWU8cEwcIhh+q44hoAJo4ZEx75CoGP+9pwyWEmC6gjsrDya5VFvbUA0oAYot9SyaAp3P0HtQkHEAyVTLoUZ+LWhvJ5nvx2pPC/KptrYyOdDE
        5bh3H6EC7PgN2RuqdKvOj0Yefg7ylUXpsxgb6N2DJZtYZSNOrkcDni8PPc7kwPguLFSLUO7Uldx9Sh/D2EBXDT7fp7aCR0S1PcxinuMZ2z4E7+AoKkcXYPgZ
        bshQvffj6ftmoacUviLMDgzwdVFrPrHbQh6/kw1Ry1dIT7F7tmAcjt7yHFFH+PqucRv38Se5GQF1m+kooq2ZUC7ksSCLKAGqgUIu73s3spmauIhkYL+YIAvI
        38CUu9lvU3ypOKX/O1Q4ISh9WzD9ODceoP2tBWQGvh2kWvyaqOxXBJkvC+qG1TuziyvTGwv4BmgBNwBEAdlAy9ACnqhc5/8C
        """;
}
